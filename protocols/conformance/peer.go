package conformance

import (
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
	"github.com/holdfast-edge/holdfast/tag"
)

// The tags that every peer's device has, in this order, in a group of their own.
const (
	Number  = "number"  // whole numbers from 0 to 1000; readable and writable
	Decimal = "decimal" // numbers from 0 to 100 in steps of 0.1; readable and writable
	Flag    = "flag"    // a bool; readable and writable
	Fixed   = "fixed"   // a number that only the device changes; readable
	Missing = "missing" // readable, by an address that the device does not have
)

// Peer is a device that a driver is held against.
type Peer interface {
	// Device returns the configuration by which the driver reaches the device, as the catalog decodes it. It has one
	// group with the tags above. timeout is the longest that the driver is to wait for a reply.
	Device(timeout time.Duration) *config.Device

	// Set makes the device hold a value, by another way than the driver.
	Set(tagName string, v tag.Value)

	// Held returns what the device holds, by another way than the driver.
	Held(tagName string) tag.Value

	// Break breaks the device or the way to it until Heal. It returns false for what this peer cannot be made to do.
	Break(f faulty.Fault) bool

	// Heal ends all faults. Connections that are broken stay so.
	Heal()
}

// disturbances are the faults that leave no usable answer.
func disturbances() []faulty.Fault {
	return []faulty.Fault{
		faulty.Silent, faulty.Late, faulty.Garbage, faulty.HalfFrame, faulty.Drip, faulty.CutOff, faulty.HalfOpen, faulty.Unreached,
	}
}

// Harness is a driver and how to start a device for it.
type Harness struct {
	Driver protocols.Driver

	// Start starts a peer that ends with the test. It skips the test where the peer is not installed.
	Start func(t *testing.T) Peer

	// TooLarge is a value that neither the number nor the flag can hold; absent where they hold any.
	TooLarge tag.Value

	// Browsed returns the address of the folder or item by which browsing finds a tag with the address, "" where it finds
	// none; nil: the tag's own.
	Browsed func(address string) string

	// Wrong are devices that the driver must refuse to compile, by what is wrong with them.
	Wrong map[string]*config.Device
}

// Wrong returns a device with one tag, which is written, of options that are wrong: for a Harness.
func Wrong(tagOptions, deviceOptions any) *config.Device {
	tags := []config.Tag{{Name: "x", Scale: 1, Access: config.ReadWrite, Options: tagOptions}}
	return &config.Device{Name: "wrong", Options: deviceOptions, Groups: []config.Group{{Name: "main", Tags: tags}}}
}
