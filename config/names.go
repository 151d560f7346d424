package config

import (
	"fmt"
	"slices"
)

// named is a resource that others refer to.
type named struct {
	kind, name string
	origin     Origin
}

// uniqueNames refuses a name that two resources share. Devices, streams, tables and rules share one space, since SQL reads
// them all with FROM, and so do the streams of refused records, which sinks may share; sinks and servers have their own.
func uniqueNames(site *Site) Errors {
	var read, sinks []named
	for _, d := range site.Devices {
		read = append(read, named{"device", d.Name, d.Origin})
	}
	for _, s := range site.Streams {
		read = append(read, named{"stream", s.Name, s.Origin})
	}
	for _, t := range site.Tables {
		read = append(read, named{"table", t.Name, t.Origin})
	}
	late := map[string]bool{}
	for _, r := range site.Rules {
		read = append(read, named{"rule", r.Name, r.Origin})
		if r.LateTo != "" && !late[r.LateTo] {
			late[r.LateTo] = true
			read = append(read, named{"stream of late rows", r.LateTo, r.Origin})
		}
	}
	letters := map[string]bool{}
	for _, s := range site.Sinks {
		if e := s.OnError; e.Refused == RefusedDeadLetter && !letters[e.DeadLetter] {
			letters[e.DeadLetter] = true
			read = append(read, named{"dead-letter stream", e.DeadLetter, s.Origin})
		}
		sinks = append(sinks, named{"sink", s.Name, s.Origin})
	}
	var servers []named
	for _, s := range site.Servers {
		servers = append(servers, named{"server", s.Name, s.Origin})
	}
	return slices.Concat(unique(read), unique(sinks), unique(servers))
}

// unique reports every name after its first.
func unique(all []named) Errors {
	var errs Errors
	first := map[string]named{}
	for _, n := range all {
		before, twice := first[n.name]
		if n.name == "" {
			continue
		}
		if !twice {
			first[n.name] = n
			continue
		}
		errs = append(errs, n.origin.Error("name", &Problem{
			What: fmt.Sprintf("%s %q is already the name of the %s at %s", n.kind, n.name, before.kind, before.origin),
			Fix:  "give one of them another name",
		}))
	}
	return errs
}
