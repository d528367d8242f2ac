#!/bin/sh
# Packs score.py with Debian's Python into an OCI archive: build.sh OUT.tar [WEIGHTS.py]
# The packages' files are taken from this machine where they are installed, and downloaded where not.
set -eu
[ $# -ge 1 ] || { echo 'usage: build.sh OUT.tar [WEIGHTS.py]' >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
out=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
weights=${2:-$here/weights.py}
for tool in umoci dpkg dpkg-deb tar; do
  command -v "$tool" >/dev/null || { echo "build.sh: $tool is not installed (on Debian: apt-get install $tool)" >&2; exit 3; }
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Debian's layout: /bin, /lib and their like are links into /usr.
for name in bin lib lib64; do
  mkdir -p "$work/root/usr/$name"
  ln -s "usr/$name" "$work/root/$name"
done
mkdir -p "$work/root/app" "$work/debs"

python=$(dpkg-query -f '${Depends}' -W python3-minimal 2>/dev/null | grep -o 'python3\.[0-9]*' | head -1) || true
[ -n "$python" ] || python=$(apt-cache depends python3-minimal | grep -o 'python3\.[0-9]*-minimal' | head -1 | sed 's/-minimal//')
for package in "$python-minimal" "lib$python-minimal" "lib$python-stdlib" libc6 zlib1g libexpat1; do
  if dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed'; then
    dpkg -L "$package" | grep -Ev '^/usr/share/|/(test|idlelib|lib2to3|ensurepip|distutils|gconv)(/|$)' |
      while read -r file; do if [ -L "$file" ] || [ -f "$file" ]; then echo ".$file"; fi; done |
      tar -C / -cf - --no-recursion -T - | tar -C "$work/root" -xf -
  else
    (cd "$work/debs" && apt-get download -qq "$package" && 
      dpkg-deb --fsys-tarfile "$package"_*.deb | tar -C "$work/root" --keep-directory-symlink -xf -)
  fi
done

cp "$here/arrow_stream.py" "$here/score.py" "$work/root/app/"
cp "$weights" "$work/root/app/weights.py"

umoci init --layout "$work/layout"
umoci new --image "$work/layout:latest"
tar -C "$work/root" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf "$work/layer.tar" .
umoci raw add-layer --image "$work/layout:latest" --history.created_by "build.sh: $python and score.py" "$work/layer.tar"
umoci config --image "$work/layout:latest" --author 'regulatory sandbox' \
  --config.entrypoint "/usr/bin/$python" --config.entrypoint -S --config.cmd /app/score.py \
  --config.env PYTHONDONTWRITEBYTECODE=1 --config.workingdir /app
tar -C "$work/layout" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf "$out" .
echo "$out: $(stat -c %s "$out") bytes, $python" >&2
