package env

import "image"

// Imager is an environment that draws the state it is in. Find it with As.
type Imager interface{ Image() image.Image }

// Texter is an environment that shows the state it is in as lines of text for a terminal. Find it with As.
type Texter interface{ Text() string }

// Masker is an environment in which not every action of the space is allowed at each step. Find it with As. An action that is not is refused as
// one outside the space is.
type Masker interface {
	// Legal writes which actions are allowed now.
	Legal(allowed []bool)
}
