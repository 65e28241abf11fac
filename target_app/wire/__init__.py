"""What guards the server below the application: bytes, frames and deadlines."""
