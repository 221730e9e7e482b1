// Package console is a training run as a command has it: in a folder, with a bar and lines on a terminal, interrupted and started again,
// checked and replayed. [Main] is a whole program around a loop of one's own:
//
//	func main() { console.Main("runs/mine", build) } // build returns a *train.Loop
//
// It imports gonum/plot and schollz/progressbar, which is why it is a package of its own.
package console
