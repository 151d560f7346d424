package main

import (
	"testing"

	"github.com/holdfast-edge/holdfast/internal/node"
)

// parts are what this build speaks.
func parts(t *testing.T) *node.Components {
	t.Helper()
	c, err := components()
	if err != nil {
		t.Fatal(err)
	}
	return c
}
