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
		return &Problem{
			What: fmt.Sprintf("device %q has no tag that can be written", t.Write),
			Fix:  "give the tag to be written access: rw",
		}
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
