"""What a target costs: cells of load on fresh servers, and the model that follows from them."""
