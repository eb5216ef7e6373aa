print("salc")
