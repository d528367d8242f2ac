/** The few forms of Thrift's compact protocol that a Parquet footer needs. */
export class ThriftWriter {
  private readonly bytes: number[] = [];
  private readonly fields: number[] = [];
  private last = 0;

  struct(write: () => void): void {
    this.fields.push(this.last);
    this.last = 0;
    write();
    this.bytes.push(0);
    this.last = this.fields.pop() ?? 0;
  }

  i32(field: number, value: number): void {
    this.header(field, 5);
    this.zigzag(value);
  }

  i64(field: number, value: number): void {
    this.header(field, 6);
    this.zigzag(value);
  }

  bool(field: number, value: boolean): void {
    this.header(field, value ? 1 : 2);
  }

  text(field: number, value: string): void {
    this.header(field, 8);
    this.string(value);
  }

  nested(field: number, write: () => void): void {
    this.header(field, 12);
    this.struct(write);
  }

  /** A list whose elements `write` puts down itself: with `string`, `zigzag` or `struct`. */
  list(
    field: number,
    element: 'i32' | 'text' | 'struct',
    length: number,
    write: (index: number) => void,
  ): void {
    this.header(field, 9);
    const type = element === 'i32' ? 5 : element === 'text' ? 8 : 12;
    if (length < 15) this.bytes.push((length << 4) | type);
    else {
      this.bytes.push(0xf0 | type);
      this.varint(length);
    }
    for (let index = 0; index < length; index += 1) write(index);
  }

  string(value: string): void {
    const text = Buffer.from(value, 'utf8');
    this.varint(text.length);
    for (const byte of text) this.bytes.push(byte);
  }

  /** Whole numbers up to 2^52 either way. */
  zigzag(value: number): void {
    this.varint(value >= 0 ? value * 2 : -value * 2 - 1);
  }

  finish(): Buffer {
    return Buffer.from(this.bytes);
  }

  private varint(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.bytes.push((rest % 128) | 128);
      rest = Math.floor(rest / 128);
    }
    this.bytes.push(rest);
  }

  private header(field: number, type: number): void {
    const step = field - this.last;
    if (step > 0 && step < 16) this.bytes.push((step << 4) | type);
    else {
      this.bytes.push(type);
      this.zigzag(field);
    }
    this.last = field;
  }
}
