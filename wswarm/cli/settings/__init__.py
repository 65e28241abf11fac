"""Where settings come from besides the command line: variables, plan files, files of defaults."""
