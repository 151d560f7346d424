package config

import (
	"fmt"
	"slices"
)

// references holds what rules refer to against what is declared.
func references(site *Site) Errors {
	var errs Errors
	for i := range site.Rules {
		rule := &site.Rules[i]
		for t := range rule.To {
			if err := site.target(&rule.To[t]); err != nil {
				errs = append(errs, rule.Origin.Error(fmt.Sprintf("to[%d]", t), err))
			}
		}
	}
	return errs
}

// target holds one target of a rule against the sinks and devices.
func (s *Site) target(t *Target) error {
	switch {
	case t.Sink != "" && s.Sink(t.Sink) == nil:
		return &Problem{What: fmt.Sprintf("no sink is called %q", t.Sink), Fix: declare(t.Sink, "sinks", s.sinkNames())}
	case t.Write != "" && s.Device(t.Write) == nil:
		return &Problem{What: fmt.Sprintf("no device is called %q", t.Write), Fix: declare(t.Write, "devices", s.deviceNames())}
	case t.Write != "" && !s.Device(t.Write).Writable():
		return &Problem{What: fmt.Sprintf("device %q has no tag that can be written", t.Write),
			Fix: "give the tag to be written access: rw"}
	}
	return nil
}

// declare is the fix for a name that nothing has.
func declare(name, list string, names []string) string {
	if len(names) == 0 {
		return "declare it under " + list
	}
	return DidYouMean(name, names)
}

func (s *Site) sinkNames() []string {
	var names []string
	for _, sink := range s.Sinks {
		names = append(names, sink.Name)
	}
	slices.Sort(names)
	return names
}

func (s *Site) deviceNames() []string {
	var names []string
	for _, device := range s.Devices {
		names = append(names, device.Name)
	}
	slices.Sort(names)
	return names
}

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
		return &Problem{What: fmt.Sprintf("driver %s does not take %s: endpoints", d.Name, device.Endpoint.Scheme()),
			Fix: DidYouMean(device.Endpoint.Scheme(), d.Schemes)}
	case device.Origin.Has("endpoint"):
		return nil // what is wrong with it is reported
	default:
		return &Problem{What: `the key "endpoint" is missing`, Fix: "add endpoint: " + d.Schemes[0] + "://…"}
	}
}
