"""What a person reads of a run: text, pictures, pages, live progress; and the file that keeps run files."""
