package simulator

import "math"

// Places of the vessel's registers.
const (
	Temperature = 0
	Humidity    = 1
	Pressure    = 2
	Hours       = 3
	Valve       = 4
	Waves       = 10 // the first of them
)

// Temperatures, in 0.1 °C.
const (
	coldest = 220
	alarm   = 300
	hottest = 350
)

// vessel is the state of one unit's process. It is pure: what the client wrote goes in, registers come out.
type vessel struct {
	temperature int
	valve       int
	ticks       int
}

// newVessel returns a vessel in its own state, so that units do not move in step.
func newVessel(unit int) vessel {
	return vessel{temperature: 280 + unit*7%20}
}

// step moves the process on by one tick with the valve where it stands.
func (v *vessel) step(valve int) {
	v.ticks++
	v.valve = min(max(valve, 0), 100)
	if v.valve == 0 {
		v.temperature = min(v.temperature+1, hottest)
	}
	v.temperature -= v.valve
	if v.temperature <= coldest {
		v.temperature, v.valve = coldest, 0
	}
}

// fill writes the process into registers, which are the holding or the input registers of its unit.
func (v *vessel) fill(registers []uint16) {
	head := [...]uint16{
		Temperature: uint16(v.temperature),
		Humidity:    uint16(90 - v.temperature/10),
		Pressure:    uint16(1000 + v.temperature/2),
		Hours:       uint16(v.ticks / 3600),
		Valve:       uint16(v.valve),
	}
	copy(registers, head[:])
	for i := Waves; i < len(registers); i++ {
		registers[i] = wave(v.ticks, i)
	}
}

// wave returns a sine between 0 and 1000, whose period is the longer the later the register.
func wave(ticks, register int) uint16 {
	period := float64(20 + register)
	return uint16(math.Round(500 + 500*math.Sin(2*math.Pi*float64(ticks)/period)))
}
