package opcua_test

import (
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/opcua"
)

// kit is what the tests of the driver are made with.
var kit = conformance.Kit{Driver: opcua.Driver{}}
