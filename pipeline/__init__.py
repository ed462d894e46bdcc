"""koosend: a bulk-send batch pipeline for Huawei Cloud KooMessage."""
