"""``python -m filmstudio``: the command line."""

from filmstudio.cli import main

if __name__ == "__main__":
    main()
