"""The quiet probe: a process of its own with a few sockets whose receive times the kernel takes."""
