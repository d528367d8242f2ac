import type { Type } from '@nestjs/common';
import { ArgsType, Field, Int, ObjectType } from '@nestjs/graphql';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { badUserInput } from './errors.js';

/** Arguments of every list: the newest first, a page at a time. */
@ArgsType()
export class PageArguments {
  @Field(() => Int, { defaultValue: 20, description: 'How many, 1 to 100.' })
  @IsInt()
  @Min(1)
  @Max(100)
  first: number = 20;

  @Field(() => String, {
    nullable: true,
    description: 'The `endCursor` of the page before; the first page without it.',
  })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  after?: string | null;
}

@ObjectType({ description: 'Where a page ends, as the Relay connection specification has it.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether there are more after this page.' })
  hasNextPage: boolean;

  @Field(() => Boolean, {
    description: 'Whether this page was asked for with a cursor, so that others stand before it.',
  })
  hasPreviousPage: boolean;

  @Field(() => String, { nullable: true, description: 'Cursor of the first element; null on an empty page.' })
  startCursor: string | null;

  @Field(() => String, { nullable: true, description: 'Cursor of the last element; null on an empty page.' })
  endCursor: string | null;
}

export interface Edge<TNode> {
  cursor: string;
  node: TNode;
}

export interface Connection<TNode> {
  edges: Edge<TNode>[];
  pageInfo: PageInfo;
}

/** Makes the connection and edge types of a node, for example `RunConnection` and `RunEdge`. */
export function connectionOf<TNode>(node: Type<TNode>, name: string): Type<Connection<TNode>> {
  @ObjectType(`${name}Edge`, { description: `One ${name} of a page.` })
  class EdgeType implements Edge<TNode> {
    @Field(() => String, { description: 'Opaque position in the list.' })
    cursor: string;

    @Field(() => node, { description: `The ${name} itself.` })
    node: TNode;
  }

  @ObjectType(`${name}Connection`, { description: `A page of ${name} objects, newest first.` })
  class ConnectionType implements Connection<TNode> {
    @Field(() => [EdgeType], { description: 'The page.' })
    edges: EdgeType[];

    @Field(() => PageInfo, { description: 'Where the page ends.' })
    pageInfo: PageInfo;
  }
  return ConnectionType;
}

const encode = (id: string): string => Buffer.from(`v1:${id}`).toString('base64url');

function decode(cursor: string): string {
  const id = Buffer.from(cursor, 'base64url').toString().replace(/^v1:/, '');
  if (!isUuid(id)) throw badUserInput([{ field: 'after', problem: 'is not a cursor of this list' }]);
  return id;
}

/**
 * One page by keyset: ids are UUIDs of version 7, so their order is that of creation, and a page costs the same
 * wherever it lies.
 *
 * @param query a query builder with its filters set; `alias` must be its main alias
 */
export async function keysetPage<TRow extends ObjectLiteral & { id: string }, TNode>(
  query: SelectQueryBuilder<TRow>,
  page: PageArguments,
  toNode: (row: TRow) => TNode,
): Promise<Connection<TNode>> {
  const alias = query.alias;
  if (page.after != null) query.andWhere(`${alias}.id < :after`, { after: decode(page.after) });
  const rows = await query
    .orderBy(`${alias}.id`, 'DESC')
    .take(page.first + 1)
    .getMany();
  return connection(rows, page, toNode);
}

/**
 * Those of a page, of which `rows` may hold one more to show that there is a next.
 *
 * @param rows newest first
 */
export function connection<TRow extends { id: string }, TNode>(
  rows: readonly TRow[],
  page: PageArguments,
  toNode: (row: TRow) => TNode,
): Connection<TNode> {
  const shown = rows.slice(0, page.first);
  const edges = shown.map((row) => ({ cursor: encode(row.id), node: toNode(row) }));
  return {
    edges,
    pageInfo: {
      hasNextPage: rows.length > page.first,
      hasPreviousPage: page.after != null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

/**
 * The same page of the children of each of many parents, in one statement however many they are: at most one more
 * than asked for of each, for `connection`.
 *
 * @param query a query builder of the children; `parent` names the property that holds the parent's id
 */
export async function keysetPages<TRow extends ObjectLiteral & { id: string }>(
  query: SelectQueryBuilder<TRow>,
  parent: keyof TRow & string,
  parentIds: readonly string[],
  page: PageArguments,
): Promise<Map<string, TRow[]>> {
  const alias = query.alias;
  const ranked = query
    .subQuery()
    .select(`${alias}.id`, 'id')
    .addSelect(`row_number() OVER (PARTITION BY ${alias}.${parent} ORDER BY ${alias}.id DESC)`, 'place')
    .from(query.expressionMap.mainAlias?.target ?? '', alias)
    .where(`${alias}.${parent} IN (:...parentIds)`);
  if (page.after != null) ranked.andWhere(`${alias}.id < :after`);
  const rows = await query
    .where(`${alias}.id IN (SELECT ranked.id FROM ${ranked.getQuery()} ranked WHERE ranked.place <= :most)`)
    .setParameters({
      parentIds,
      most: page.first + 1,
      ...(page.after == null ? {} : { after: decode(page.after) }),
    })
    .orderBy(`${alias}.id`, 'DESC')
    .getMany();
  const byParent = new Map<string, TRow[]>(parentIds.map((id) => [id, []]));
  for (const row of rows) byParent.get(String(row[parent]))?.push(row);
  return byParent;
}
