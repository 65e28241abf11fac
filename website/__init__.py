"""The documentation as a site: the pages of the checkout, and a reference that is made from the code."""
