"""What is swept and which cases follow: values, axes, grids and samples, constraints."""
