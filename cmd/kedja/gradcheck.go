package main

import "github.com/kedja-ml/kedja/tools/gradcheck"

type gradcheckCmd struct {
	Op    string `help:"Only this op, by its name in package ops."`
	Order int    `default:"2" help:"Highest order of derivatives."`
	JSON  bool   `name:"json" help:"One JSON object a line instead of a table."`
}

// Run checks the table of all ops.
func (c *gradcheckCmd) Run(to streams) error { return gradcheck.Main(to.out, c.Op, c.Order, c.JSON) }
