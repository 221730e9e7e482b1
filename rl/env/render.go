package env

import "image"

// Imager is an environment that draws the state it is in. Find it with As.
type Imager interface{ Image() image.Image }

// Texter is an environment that shows the state it is in as lines of text for a terminal. Find it with As.
type Texter interface{ Text() string }
