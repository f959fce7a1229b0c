"""Worker packages: the folder from which RunPod builds a container. Made, and checked.

What is checked is read once (`reading`); every rule then takes the files and gives findings.
"""
