package iec61850_test

import (
	"flag"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/iec61850"
)

var update = flag.Bool("update", false, "rewrite the page of the protocol")

func TestThePageTellsEveryKey(t *testing.T) { conformance.Page(t, iec61850.Component(), *update) }

func TestThePagesExampleWorks(t *testing.T) { kit.ExampleWorks(t) }
