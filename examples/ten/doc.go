// Package ten holds ten programs that say the same in Kedja (ten_test.go), PyTorch (pytorch.py) and JAX (jaxten.py), and print the same: what the pages
// docs/from-pytorch.md and docs/from-jax.md show side by side.
package ten
