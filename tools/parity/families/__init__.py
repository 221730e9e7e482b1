"""The parity cases of package ops, a module a family; importing one adds its cases."""
