"""The sub-commands of `tirta`, one module each. Heavy modules are imported inside the functions that need them."""
