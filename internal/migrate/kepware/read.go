package kepware

import (
	"fmt"
	"strings"

	"github.com/holdfast-edge/holdfast/config/document"
	"github.com/holdfast-edge/holdfast/internal/migrate"
	"github.com/holdfast-edge/holdfast/internal/migrate/plant"
)

// The names of properties that every object has.
const (
	nameKey        = "common.ALLTYPES_NAME"
	descriptionKey = "common.ALLTYPES_DESCRIPTION"
	driverKey      = "servermain.MULTIPLE_TYPES_DEVICE_DRIVER"
)

// Read makes devices of a project. An error is that the text is no such project; what is wrong within it is in the
// report.
func Read(file string, data []byte, r *migrate.Report, names *migrate.Names) (*migrate.Node, error) {
	root, err := migrate.NewObject(file, data, "project", r)
	if err != nil {
		return nil, err
	}
	project := root.Object("project")
	if project == nil || !project.Has("channels") {
		return nil, &document.Error{
			File: file, Line: root.Line, Column: root.Column,
			Problem: "this is no project of Kepware", Fix: `save the project as JSON: {"project": {"channels": […]}}`,
		}
	}
	project.Origin = project.Named("project")
	p := plant.New(r, names)
	rest := newRest(r)
	for _, c := range project.Objects("channels") {
		readChannel(c, p, r, rest)
	}
	rest.tell(project)
	rest.tell(root)
	devices := p.Nodes()
	if len(devices.Items()) > 0 {
		r.Hand(project.Origin, "with zero-based addressing on, 400001 is taken for the first register, off, for the second; "+
			"others read it the other way round: compare one value of each kind of device before anything is written")
	}
	return migrate.Map(nil).Put("devices", devices), nil
}

// readChannel makes devices of a channel of Modbus.
func readChannel(c *migrate.Object, p *plant.Plant, r *migrate.Report, rest *rest) {
	name, driver := c.Text(nameKey), c.Text(driverKey)
	c.Origin = c.Named("channel " + name)
	devices := c.Objects("devices")
	prefix, frames := "modbus_ethernet.", ""
	switch driver {
	case "Modbus TCP/IP Ethernet":
	case "Modbus RTU Serial", "Modbus ASCII Serial":
		prefix, frames = "modbus.", strings.ToLower(strings.Fields(driver)[1])
	default:
		r.LeftOut(c.Origin, fmt.Sprintf("driver %q: only Modbus is taken (%d devices)", driver, len(devices)))
		return
	}
	if driver == "Modbus ASCII Serial" {
		prefix = "modbus_ascii."
	}
	line := ""
	if frames != "" {
		line = serial(c, frames, r)
	}
	for _, o := range devices {
		d := &device{Object: o, report: r, rest: rest, channel: name, prefix: prefix, frames: frames, line: line}
		d.read(p)
	}
	c.Ask(descriptionKey)
	rest.tell(c)
	r.Taken(c.Origin)
}

// serial is the line of a serial channel. COM ports are named otherwise here.
func serial(c *migrate.Object, frames string, r *migrate.Report) string {
	const at = "servermain.CHANNEL_SERIAL_COMMUNICATIONS_"
	s := plant.Serial{
		Device: "/dev/ttyS0", Baud: c.Int(at+"BAUD_RATE", 19200), DataBits: c.Int(at+"DATA_BITS", 8),
		StopBits: c.Int(at+"STOP_BITS", 1), Parity: "none",
	}
	switch parity := c.Text(at + "PARITY"); parity { // as the letter's code
	case "79":
		s.Parity = "odd"
	case "69":
		s.Parity = "even"
	}
	if port := c.Int(at+"COM_ID", 1); port > 0 {
		s.Device = fmt.Sprintf("/dev/ttyS%d", port-1)
		r.Hand(c.Place(at+"COM_ID"), fmt.Sprintf("COM%d is written as %s: write the name that the port has on this machine", port, s.Device))
	}
	return s.Endpoint(frames)
}
