package decode

// ParseAll has the parser read every payload.
func (d *Decoder) ParseAll() { d.noFlat = true }
