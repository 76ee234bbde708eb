#!/usr/bin/env bash
# Draws the icons that tauri and the Debian package need from the one drawing, editor/web/page/icon.svg.
#
#   bash editor/shell/icons/make.sh
#
# Needs rsvg-convert (librsvg2-bin), convert (imagemagick) and python3. Run it when the drawing changes, and commit what it makes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
drawing=../../web/page/icon.svg

for size in 16 32 48 64 128 256 512; do
    rsvg-convert --width "$size" --height "$size" "$drawing" --output "$size.png"
done
convert 16.png 32.png 48.png 64.png 256.png icon.ico

# macOS wants a box of pictures: each with four letters for its size, and its length.
python3 - <<'PYTHON'
import struct

kinds = {"ic04": 16, "ic05": 32, "ic07": 128, "ic08": 256, "ic09": 512, "ic11": 32, "ic12": 64, "ic13": 256, "ic14": 512}
box = b""
for kind, size in kinds.items():
    with open(f"{size}.png", "rb") as picture:
        data = picture.read()
    box += kind.encode() + struct.pack(">I", len(data) + 8) + data
with open("icon.icns", "wb") as file:
    file.write(b"icns" + struct.pack(">I", len(box) + 8) + box)
PYTHON
