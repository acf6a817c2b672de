"""From Modelica files to the flat model of the front end, and its errors with their places."""
