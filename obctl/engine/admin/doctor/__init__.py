"""`doctor`: whether the coming night would succeed, check by check, each with its remedy."""
