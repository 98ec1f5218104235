"""Art packs: drawings as data behind one manifest, the studio's own and anyone's."""
