"""A campaign file with ceilings and prices."""

CAMPAIGN = """
[campaign]
name = "members"
channel = "aim"
[account]
endpoint = "emulator"
[source]
path = "members.csv"
phone = "手机号"
[message]
template = "700000001"
[message.sms]
channel_number = "10690000001"
template = "15010661"
signature = "云商城"
app = "member-app"
[limits]
max_messages = 100
max_cost = 1.0
[prices]
sms_yuan = 0.01
parse_yuan = 0.02
"""
