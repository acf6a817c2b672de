"""What the front end gets wrong or drops without an error: found in the sources and the flat model, and refused."""
