package config

import "fmt"

// Deadband says when a value that was read is news.
type Deadband struct {
	Absolute     *float64 `yaml:"absolute" scalar:"true" min:"0" doc:"A value is reported when it differs from the last reported one by more than this; 0 reports every change." example:"0.5"`
	Percent      *float64 `yaml:"percent" min:"0" max:"100" doc:"The same, in percent of the span from low to high." example:"1"`
	SwingingDoor *float64 `yaml:"swinging_door" min:"0" doc:"The corners of a line are reported that misses no value by more than this." example:"0.2"`
	Low          *float64 `yaml:"low" doc:"The lower end of the span that percent is of." example:"0"`
	High         *float64 `yaml:"high" doc:"The upper end of the span that percent is of." example:"150"`
}

// Check wants one of the methods, and the span that percent is of.
func (d *Deadband) Check(report Report) {
	given := 0
	for _, method := range []*float64{d.Absolute, d.Percent, d.SwingingDoor} {
		if method != nil {
			given++
		}
	}
	span := d.Low != nil && d.High != nil
	switch {
	case given != 1:
		report("", &Problem{What: fmt.Sprintf("a deadband has one of absolute, percent and swinging_door, here are %d", given), Fix: "keep one"})
	case d.Percent != nil && !span:
		report("percent", &Problem{What: "percent needs the span that it is of", Fix: "add low and high"})
	case d.Percent == nil && (d.Low != nil || d.High != nil):
		report("", &Problem{What: "low and high are for percent", Fix: "remove them"})
	case span && *d.Low >= *d.High:
		report("high", &Problem{What: fmt.Sprintf("high %v is not above low %v", *d.High, *d.Low), Fix: "swap them"})
	}
}

// Deviation returns how far a value may be away from what was reported, in the unit of the scaled value.
func (d *Deadband) Deviation() float64 {
	switch {
	case d.Absolute != nil:
		return *d.Absolute
	case d.Percent != nil:
		return *d.Percent / 100 * (*d.High - *d.Low)
	default:
		return *d.SwingingDoor
	}
}

// checkReports refuses a heartbeat without anything that it could be for, and an interval of reports beside a swinging
// door, which decides itself when there is something to report.
func (g *Group) checkReports(at string, sends bool, report Report) {
	bands := false
	for t := range g.Tags {
		d := g.Tags[t].Deadband
		bands = bands || d != nil
		if d != nil && d.SwingingDoor != nil && g.Report > g.Scan {
			report(fmt.Sprintf("%s.tags[%d].deadband", at, t), &Problem{
				What: "the corners of a swinging door cannot wait for the group's report interval",
				Fix:  "remove report, or move the tag to a group without it",
			})
		}
	}
	if g.Heartbeat > 0 && !bands && !sends {
		report(at+".heartbeat", &Problem{What: "no tag of the group has a deadband, so that every value is reported anyway", Fix: "remove heartbeat, or add deadbands"})
	}
	if g.Report > 0 && g.Report < g.Scan {
		report(at+".report", &Problem{What: "reports are more frequent than scans", Fix: "want at least scan, or remove report"})
	}
}
