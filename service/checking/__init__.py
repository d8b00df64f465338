"""Smart mode and checks (智能识别, 智能核验): asking for them, and what is kept of them."""
