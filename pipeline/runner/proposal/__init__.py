"""The parts of a campaign that `koosend init` proposes for a spreadsheet."""
