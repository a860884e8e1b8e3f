"""How is a questionnaire made? Its versions, published from files."""
