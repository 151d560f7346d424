package bacnet

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols/bacnet/wire"
)

// Address is a property of an object, as analog-input:3, analog-value:7.units or analog-output:2.priority-array[8].
type Address struct{ wire.Reference }

// UnmarshalText reads an address. What has no number in the standard's list may be given as a number.
func (a *Address) UnmarshalText(text []byte) error {
	whole := string(text)
	object, property, hasProperty := strings.Cut(whole, ".")
	rest := &object
	if hasProperty {
		rest = &property
	}
	a.Index = wire.NoIndex
	if at := strings.IndexByte(*rest, '['); at >= 0 {
		n, err := strconv.ParseUint(strings.TrimSuffix((*rest)[at+1:], "]"), 10, 31)
		if err != nil || !strings.HasSuffix(*rest, "]") {
			return wrongAddress(whole, "want the number of an element in brackets, as [8]")
		}
		a.Index, *rest = uint32(n), (*rest)[:at]
	}
	kind, number, _ := strings.Cut(object, ":")
	objectType, ok := wire.ParseObjectType(kind)
	if !ok {
		return wrongAddress(whole, fmt.Sprintf("%q is no type of an object: want one as analog-input, or its number", kind))
	}
	instance, err := strconv.ParseUint(number, 10, 32)
	if err != nil || instance > wire.MaxInstance {
		return wrongAddress(whole, fmt.Sprintf("want the instance behind a colon, 0 to %d, as analog-input:3", wire.MaxInstance))
	}
	a.Object, a.Property = wire.NewObjectID(objectType, uint32(instance)), wire.PresentValue
	if !hasProperty {
		if objectType == wire.Device {
			return wrongAddress(whole, "a device has no present value: want a property, as .object-name")
		}
		return nil
	}
	if a.Property, ok = wire.ParseProperty(property); !ok {
		return wrongAddress(whole, fmt.Sprintf("%q is no property: want one as units, or its number", property))
	}
	return nil
}

func wrongAddress(text, fix string) error {
	return &config.Problem{What: fmt.Sprintf("%.60q is no address", text), Fix: fix}
}

// MarshalText writes the address as UnmarshalText reads it.
func (a Address) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// DescribeText names the type for reference, schema and forms.
func (Address) DescribeText() (name, pattern string, secret bool) {
	return "object and property", `^[a-z0-9-]+:[0-9]+(\.[a-z0-9-]+)?(\[[0-9]+\])?$`, false
}
