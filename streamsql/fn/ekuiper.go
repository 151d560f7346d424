package fn

// eKuiperFunctions are those that eKuiper's users rely on and that Standard
// understands differently. docs/reference/compatibility.md lists them.
func eKuiperFunctions() []*Func {
	return nil
}
