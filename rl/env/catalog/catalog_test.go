package catalog_test

import (
	"fmt"
	"testing"

	"github.com/kedja-ml/kedja/rl/env/catalog"
)

func ExampleMake() {
	e, err := catalog.Make("cartpole")
	fmt.Println(e.Spec(), err)
	_, err = catalog.Find("cardpole")
	fmt.Println(err.Error()[:59])
	// Output:
	// {cartpole [4] false {2 [] []}} <nil>
	// no environment "cardpole"; did you mean cartpole? There are
}

func TestNames(t *testing.T) {
	for _, e := range catalog.All() {
		made, err := catalog.Make(e.Name)
		if err != nil {
			t.Fatal(err)
		}
		if got := made.Spec().Name; got != e.Name || e.Doc == "" {
			t.Errorf("%s calls itself %s", e.Name, got)
		}
	}
}
