package main

import "fmt"

// checkCommand checks a configuration.
type checkCommand struct {
	Config string `arg:"" help:"A YAML or JSON file, or a directory of them."`
}

// Run is called by the command line.
func (c *checkCommand) Run(s *surroundings) error {
	parts, err := components()
	if err != nil {
		return err
	}
	site, err := parts.Load(c.Config)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "%s: %d devices, %d streams, %d rules, %d sinks: all is well\n",
		site.Name, len(site.Devices), len(site.Streams), len(site.Rules), len(site.Sinks))
	return err
}

// versionCommand prints what this is.
type versionCommand struct{}

// Run is called by the command line.
func (versionCommand) Run(s *surroundings) error {
	_, err := fmt.Fprintln(s.out, "holdfast", version)
	return err
}
