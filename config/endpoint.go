package config

import (
	"fmt"
	"reflect"
	"slices"
)

// endpoints holds each device's endpoint against the schemes that its driver takes.
func (c *Catalog) endpoints(site *Site) Errors {
	var errs Errors
	for i := range site.Devices {
		device := &site.Devices[i]
		driver, known := c.Driver(device.Driver)
		if !known {
			continue
		}
		if err := driver.takes(device); err != nil {
			errs = append(errs, device.Origin.Error("endpoint", err))
		}
	}
	return errs
}

// takes tells what is wrong with a device's endpoint for this driver.
func (d *Driver) takes(device *Device) error {
	given := !device.Endpoint.IsZero()
	switch {
	case len(d.Schemes) == 0 && given:
		return &Problem{What: "driver " + d.Name + " has no endpoints", Fix: "remove the key"}
	case len(d.Schemes) == 0 || given && slices.Contains(d.Schemes, device.Endpoint.Scheme()):
		return nil
	case given:
		return &Problem{
			What: fmt.Sprintf("driver %s does not take %s: endpoints", d.Name, device.Endpoint.Scheme()),
			Fix:  DidYouMean(device.Endpoint.Scheme(), d.Schemes),
		}
	case device.Origin.Has("endpoint"):
		return nil // what is wrong with it is reported
	default:
		return &Problem{What: `the key "endpoint" is missing`, Fix: "add endpoint: " + d.Schemes[0] + "://…"}
	}
}

// sharedEndpoints refuses two devices that describe one socket or serial port differently.
func sharedEndpoints(site *Site) Errors {
	var errs Errors
	first := map[string]*Device{}
	for i := range site.Devices {
		device := &site.Devices[i]
		address := device.Endpoint.WithoutQuery()
		other, shared := first[address]
		switch {
		case device.Endpoint.IsZero():
		case !shared:
			first[address] = device
		case other.Driver != device.Driver:
			errs = append(errs, device.Origin.Error("driver", &Problem{
				What: fmt.Sprintf("device %q at %s speaks %s at the same endpoint", other.Name, other.Origin, other.Driver),
				Fix:  "an endpoint has one driver",
			}))
		case other.EndpointOptions == nil || device.EndpointOptions == nil: // none, or what is wrong with them is reported
		case !reflect.DeepEqual(other.EndpointOptions, device.EndpointOptions):
			errs = append(errs, device.Origin.Error("endpoint", &Problem{
				What: fmt.Sprintf("device %q at %s opens the same endpoint with other options", other.Name, other.Origin),
				Fix:  "write the same query in both",
			}))
		}
	}
	return errs
}
