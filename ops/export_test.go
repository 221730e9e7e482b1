package ops

// GammaSlope is what the derivatives of gamma variates are made of.
var GammaSlope = gammaSlope
