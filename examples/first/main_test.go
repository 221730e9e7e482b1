package main

func Example() {
	main()
	// Output:
	// step    0  loss 0.706
	// step  250  loss 0.005
	// step  500  loss 0.001
	// step  750  loss 0.000
	// step 1000  loss 0.000
}
