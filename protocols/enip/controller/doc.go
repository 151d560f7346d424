// Package controller is a Logix controller behind an Ethernet module, for tests: it has tags, structures and programs, lists
// them, takes connections, and can be broken.
//
//	c, err := controller.Listen(ctx, "127.0.0.1:0", controller.Logix(logger))
//	c.Define("", controller.Tag{Name: "Counter", Type: cip.AtomicType(cip.DINT, 0)})
//	c.Set("Counter", cip.DINT, tag.IntOf(5))
//
// It is none for a plant: it computes nothing, and its tags change when somebody sets them.
package controller
