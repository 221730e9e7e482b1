package exec

import "github.com/kedja-ml/kedja/internal/pages"

const align = pages.Align

func aligned(n int) []byte { return pages.Make(n) }
