"""What is told and stored of a comparison of versions while it runs, and after."""
