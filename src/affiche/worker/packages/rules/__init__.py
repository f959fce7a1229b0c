"""The rules: each takes a package and gives what it finds, and none touches the outside."""
