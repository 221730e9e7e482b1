package classic_test

import (
	"testing"

	"github.com/kedja-ml/kedja/rl/env"
	"github.com/kedja-ml/kedja/rl/env/classic"
	"github.com/kedja-ml/kedja/rl/env/envtest"
)

func TestPromises(t *testing.T) {
	for name, newEnv := range map[string]func() env.Env{
		"cartpole": func() env.Env { return classic.NewCartPole() },
	} {
		t.Run(name, func(t *testing.T) { envtest.Check(t, newEnv) })
	}
}
