"""`python -m invite_pipeline` is the command `invite`."""

from invite_pipeline.cli import main

if __name__ == "__main__":
    main()
